width = 405; left = 100; right = 114; row_height = 22
x_low = 0; x_high = 104; x_log = 0; x_mark = 0
x_text = ""
array row_label[7]
row_label[1] = "native"
row_label[2] = "IOMMU lazy"
row_label[3] = "IOMMU strict"
row_label[4] = "dom0 stock"
row_label[5] = "dom0 module"
row_label[6] = "domU stock"
row_label[7] = "domU module"
array row_note[7]
row_note[1] = "100 % sda eth0"
row_note[2] = "none"
row_note[3] = "none"
row_note[4] = "100 % sda eth0"
row_note[5] = "100 % sda eth0"
row_note[6] = "100 % sda eth0"
row_note[7] = "100 % sda eth0"
$bands << end
-9 0 0 #000000
end
$bars << end
-9 0 0 #000000
1 0 100 #888888
2 0 0 #44aa99
3 0 0 #2e8b57
4 0 100 #4477aa
5 0 100 #ee6677
6 0 100 #66ccee
7 0 100 #aa3377
end
$lines << end
-9 0 0 #000000
end
$dots << end
-9 0 #000000 1
1 0 #888888 1 # native/raw
1 100 #888888 1 # native/raw
1 100 #888888 1 # native/raw
2 0 #44aa99 1 # native-iommu-lazy/raw
2 0 #44aa99 1 # native-iommu-lazy/raw
2 0 #44aa99 1 # native-iommu-lazy/raw
3 0 #2e8b57 1 # native-iommu-strict/raw
3 0 #2e8b57 1 # native-iommu-strict/raw
3 0 #2e8b57 1 # native-iommu-strict/raw
4 0 #4477aa 1 # xen-dom0/raw
4 100 #4477aa 1 # xen-dom0/raw
4 100 #4477aa 1 # xen-dom0/raw
5 0 #ee6677 1 # xen-dom0/raw
5 100 #ee6677 1 # xen-dom0/raw
5 100 #ee6677 1 # xen-dom0/raw
6 0 #66ccee 1 # xen-domu/raw
6 100 #66ccee 1 # xen-domu/raw
6 100 #66ccee 1 # xen-domu/raw
7 0 #aa3377 1 # xen-domu/raw
7 100 #aa3377 1 # xen-domu/raw
7 100 #aa3377 1 # xen-domu/raw
end
load here."/rows.gp"
