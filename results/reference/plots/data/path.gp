width = 405; left = 100; right = 156; row_height = 22
x_low = 100; x_high = 4155; x_log = 1; x_mark = 0
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
row_note[1] = "150 / 960–2,600"
row_note[2] = "1,785–1,790 + inval."
row_note[3] = "2,397–2,402 + inval."
row_note[4] = "378 / 1,130–2,770"
row_note[5] = "190 / 435–470"
row_note[6] = "378 / 1,130–2,770"
row_note[7] = "190 / 435–470"
$bands << end
-9 100 100 #000000
end
$bars << end
-9 100 100 #000000
end
$lines << end
-9 100 100 #000000
1 960 2600 #888888 # native/instructions/dmabench.json
4 1130 2770 #4477aa # xen-dom0/instructions/dmabench.json
5 435 470 #ee6677 # xen-dom0/instructions/dmabench.json
6 1130 2770 #66ccee # xen-domu/instructions/dmabench.json
7 435 470 #aa3377 # xen-domu/instructions/dmabench.json
end
$dots << end
-9 100 #000000 1
1 150 #888888 1 # native/instructions/dmabench.json
1 2600 #888888 2 # native/instructions/dmabench.json
1 960 #888888 2 # native/instructions/dmabench.json
1 960 #888888 2 # native/instructions/dmabench.json
1 988 #888888 2 # native/instructions/dmabench.json
1 1260 #888888 2 # native/instructions/dmabench.json
1 988 #888888 2 # native/instructions/dmabench.json
1 1704 #888888 2 # native/instructions/dmabench.json
4 378 #4477aa 1 # xen-dom0/instructions/dmabench.json
4 2770 #4477aa 2 # xen-dom0/instructions/dmabench.json
4 1130 #4477aa 2 # xen-dom0/instructions/dmabench.json
4 1130 #4477aa 2 # xen-dom0/instructions/dmabench.json
4 1158 #4477aa 2 # xen-dom0/instructions/dmabench.json
4 1430 #4477aa 2 # xen-dom0/instructions/dmabench.json
4 1158 #4477aa 2 # xen-dom0/instructions/dmabench.json
4 1874 #4477aa 2 # xen-dom0/instructions/dmabench.json
5 190 #ee6677 1 # xen-dom0/instructions/dmabench.json
5 435 #ee6677 2 # xen-dom0/instructions/dmabench.json
5 470 #ee6677 2 # xen-dom0/instructions/dmabench.json
5 470 #ee6677 2 # xen-dom0/instructions/dmabench.json
5 470 #ee6677 2 # xen-dom0/instructions/dmabench.json
5 470 #ee6677 2 # xen-dom0/instructions/dmabench.json
5 470 #ee6677 2 # xen-dom0/instructions/dmabench.json
5 470 #ee6677 2 # xen-dom0/instructions/dmabench.json
6 378 #66ccee 1 # xen-domu/instructions/dmabench.json
6 2770 #66ccee 2 # xen-domu/instructions/dmabench.json
6 1130 #66ccee 2 # xen-domu/instructions/dmabench.json
6 1130 #66ccee 2 # xen-domu/instructions/dmabench.json
6 1158 #66ccee 2 # xen-domu/instructions/dmabench.json
6 1430 #66ccee 2 # xen-domu/instructions/dmabench.json
6 1158 #66ccee 2 # xen-domu/instructions/dmabench.json
6 1874 #66ccee 2 # xen-domu/instructions/dmabench.json
7 190 #aa3377 1 # xen-domu/instructions/dmabench.json
7 435 #aa3377 2 # xen-domu/instructions/dmabench.json
7 470 #aa3377 2 # xen-domu/instructions/dmabench.json
7 470 #aa3377 2 # xen-domu/instructions/dmabench.json
7 470 #aa3377 2 # xen-domu/instructions/dmabench.json
7 470 #aa3377 2 # xen-domu/instructions/dmabench.json
7 470 #aa3377 2 # xen-domu/instructions/dmabench.json
7 470 #aa3377 2 # xen-domu/instructions/dmabench.json
end
load here."/rows.gp"
